// SPDX-FileCopyrightText: 2026 The rimops.insight authors
// SPDX-License-Identifier: GPL-3.0-or-later
package rimops.chain;

import java.util.List;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;

/** What a search answers, at whichever address. */
@Component
class Search {
    private final Switches switches;
    private final Counters counters;
    private final Entities entities;

    Search(Switches switches, Counters counters, Entities entities) {
        this.switches = switches;
        this.counters = counters;
        this.entities = entities;
    }

    /** The entities with these values, as far as this server's search finds any. */
    List<Map<String, Object>> find(String type, Map<String, ?> wanted) {
        counters.count("finds");
        return switch (switches.get("search_finds_nothing")) {
            case "no" -> entities.find(type, wanted);
            case "empty_list" -> List.of();
            default -> throw nothing();
        };
    }

    /** The answer of a search that has nothing to show. */
    ResponseStatusException nothing() {
        return new ResponseStatusException(HttpStatus.NOT_FOUND, "Nothing was found.");
    }

    boolean mayBeEmpty() {
        return switches.is("search_finds_nothing", "empty_list");
    }
}
