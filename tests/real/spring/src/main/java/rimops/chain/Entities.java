// SPDX-FileCopyrightText: 2026 The rimops.insight authors
// SPDX-License-Identifier: GPL-3.0-or-later
package rimops.chain;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.server.ResponseStatusException;

/** The entities, in memory. */
final class Entities {
    /** A type: the attributes that identify an entity, and those that it cannot be without. */
    record Type(List<String> unique, List<String> required) {}

    static final Map<String, Type> TYPES = Map.of(
            "application", new Type(List.of("appCode", "appName"), List.of("appCode", "appName", "selectedProducts")),
            "event", new Type(List.of("applicationId", "eventName"), List.of("applicationId", "eventName")));
    private static final List<String> OURS = List.of("id", "uuid", "createdDate", "lastChangedDate", "lastChangedBy");

    private final Switches switches;
    private final Counters counters;
    private final Map<Long, Map<String, Object>> stored = new TreeMap<>();
    private final Map<Long, String> types = new TreeMap<>();
    private long last = 1000;

    Entities(Switches switches, Counters counters) {
        this.switches = switches;
        this.counters = counters;
    }

    synchronized List<Map<String, Object>> all(String type) {
        return find(type, Map.of());
    }

    /** The entities that have these values. */
    synchronized List<Map<String, Object>> find(String type, Map<String, ?> wanted) {
        List<Map<String, Object>> found = new ArrayList<>();
        stored.forEach((id, entity) -> {
            boolean same = wanted.entrySet().stream().allMatch(
                    one -> Objects.equals(String.valueOf(entity.get(one.getKey())), String.valueOf(one.getValue())));
            if (same && types.get(id).equals(type)) {
                found.add(entity);
            }
        });
        return found;
    }

    /** One entity by its id. */
    synchronized Map<String, Object> get(String type, String id) {
        return find(type, Map.of("id", id)).stream().findFirst()
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no such " + type + "."));
    }

    synchronized Map<String, Object> create(String type, Map<String, Object> given, String user) {
        Map<String, Object> made = put(type, ++last, given, user, born());
        counters.count("creates");
        return made;
    }

    /** Puts an entity there without a request. */
    synchronized Map<String, Object> seed(String type, Map<String, Object> given) {
        return put(type, ++last, given, "control", born());
    }

    /** Replaces the attributes; those of the key stay where none are given. */
    synchronized Map<String, Object> update(String type, String id, Map<String, Object> given, String user) {
        Map<String, Object> old = get(type, id);
        Map<String, Object> attributes = new LinkedHashMap<>();
        TYPES.get(type).unique().forEach(name -> attributes.put(name, old.get(name)));
        attributes.putAll(given);
        Map<String, Object> kept = Map.of("uuid", old.get("uuid"), "createdDate", old.get("createdDate"));
        Map<String, Object> changed = put(type, (Long) old.get("id"), attributes, user, kept);
        counters.count("updates");
        return changed;
    }

    synchronized void delete(String type, String id) {
        Long known = (Long) get(type, id).get("id");
        stored.remove(known);
        types.remove(known);
        counters.count("deletes");
    }

    /** The entity that create-or-update means: by its uuid, else by its key. */
    synchronized Optional<Map<String, Object>> meant(String type, Map<String, Object> given) {
        if (given.get("uuid") != null) {
            List<Map<String, Object>> same = find(type, Map.of("uuid", given.get("uuid")));
            if (!same.isEmpty()) {
                return Optional.of(same.get(0));
            }
        }
        return find(type, keyOf(type, given)).stream().findFirst();
    }

    synchronized void forget() {
        stored.clear();
        types.clear();
    }

    private Map<String, Object> put(String type, long id, Map<String, Object> given, String user, Map<String, ?> kept) {
        Map<String, Object> attributes = new LinkedHashMap<>(given);
        attributes.keySet().removeAll(OURS);
        List<String> missing = TYPES.get(type).required().stream()
                .filter(name -> List.of("", List.of()).contains(Objects.requireNonNullElse(attributes.get(name), "")))
                .toList();
        if (!missing.isEmpty()) {
            throw invalid(missing);
        }
        boolean taken = find(type, keyOf(type, attributes)).stream().anyMatch(other -> !other.get("id").equals(id));
        if (taken && switches.on("enforce_keys")) {
            throw new ResponseStatusException(HttpStatus.CONFLICT, "There is already such a " + type + ".");
        }
        Map<String, Object> entity = new LinkedHashMap<>(Map.of("id", id));
        entity.putAll(kept);
        entity.putAll(attributes);
        entity.put("lastChangedDate", now());
        entity.put("lastChangedBy", user);
        stored.put(id, entity);
        types.put(id, type);
        return entity;
    }

    private static Map<String, Object> keyOf(String type, Map<String, Object> attributes) {
        Map<String, Object> key = new LinkedHashMap<>();
        TYPES.get(type).unique().forEach(name -> key.put(name, attributes.get(name)));
        return key;
    }

    /** As the framework refuses a body that its own validation finds wrong, with the attributes by name. */
    private static ErrorResponseException invalid(List<String> missing) {
        ProblemDetail detail = ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, "Invalid request content.");
        detail.setProperty("errors", missing.stream()
                .map(name -> Map.of("field", name, "message", "must not be empty"))
                .toList());
        return new ErrorResponseException(HttpStatus.BAD_REQUEST, detail, null);
    }

    private static Map<String, ?> born() {
        return Map.of("uuid", UUID.randomUUID().toString(), "createdDate", now());
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
