// SPDX-FileCopyrightText: 2026 The rimops.insight authors
// SPDX-License-Identifier: GPL-3.0-or-later
package rimops.chain;

import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.annotation.Profile;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Entities at the addresses of InSight. */
@RestController
@Profile("insight")
@RequestMapping(Application.BASE + "/{type:application|event}")
class InsightAddresses {
    private final Entities entities;
    private final Search search;
    private final Counters counters;

    InsightAddresses(Entities entities, Search search, Counters counters) {
        this.entities = entities;
        this.search = search;
        this.counters = counters;
    }

    @PostMapping("/{id}/read")
    Map<String, Object> read(@PathVariable String type, @PathVariable String id) {
        counters.count("reads");
        return entities.get(type, id);
    }

    @PostMapping("/read")
    Object find(@PathVariable String type, @RequestBody Map<String, Object> wanted) {
        List<Map<String, Object>> found = search.find(type, wanted);
        if (found.isEmpty() && !search.mayBeEmpty()) {
            throw search.nothing();
        }
        return found.size() == 1 ? found.get(0) : found;
    }

    @PostMapping("/create")
    ResponseEntity<?> create(@PathVariable String type, @RequestBody Map<String, Object> given, Principal user) {
        return ResponseEntity.status(201).body(entities.create(type, given, user.getName()));
    }

    @PostMapping("/create-or-update")
    ResponseEntity<?> createOrUpdate(
            @PathVariable String type, @RequestBody Map<String, Object> given, Principal user) {
        synchronized (entities) {
            Optional<Map<String, Object>> meant = entities.meant(type, given);
            if (meant.isEmpty()) {
                return create(type, given, user);
            }
            String id = String.valueOf(meant.get().get("id"));
            return ResponseEntity.ok(entities.update(type, id, given, user.getName()));
        }
    }

    @PostMapping("/{id}/delete")
    Map<String, Object> delete(@PathVariable String type, @PathVariable String id) {
        entities.delete(type, id);
        return Map.of();
    }
}
