// SPDX-FileCopyrightText: 2026 The rimops.insight authors
// SPDX-License-Identifier: GPL-3.0-or-later
package rimops.chain;

import java.net.URI;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import org.springframework.context.annotation.Profile;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Entities at the addresses that books on REST have. */
@RestController
@Profile("rest")
@RequestMapping(Application.BASE + "/{type:application|event}")
class RestAddresses {
    private final Entities entities;
    private final Search search;
    private final Counters counters;

    RestAddresses(Entities entities, Search search, Counters counters) {
        this.entities = entities;
        this.search = search;
        this.counters = counters;
    }

    @GetMapping("/{id}")
    Map<String, Object> read(@PathVariable String type, @PathVariable String id) {
        counters.count("reads");
        return entities.get(type, id);
    }

    @GetMapping
    List<Map<String, Object>> find(@PathVariable String type, @RequestParam Map<String, String> wanted) {
        return search.find(type, wanted);
    }

    @PostMapping
    ResponseEntity<?> create(@PathVariable String type, @RequestBody Map<String, Object> given, Principal user) {
        Map<String, Object> made = entities.create(type, given, user.getName());
        return ResponseEntity.created(URI.create("/insight" + Application.BASE + "/" + type + "/" + made.get("id")))
                .body(made);
    }

    @PutMapping("/{id}")
    Map<String, Object> update(
            @PathVariable String type,
            @PathVariable String id,
            @RequestBody Map<String, Object> given,
            Principal user) {
        return entities.update(type, id, given, user.getName());
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String type, @PathVariable String id) {
        entities.delete(type, id);
    }
}
