// SPDX-FileCopyrightText: 2026 The rimops.insight authors
// SPDX-License-Identifier: GPL-3.0-or-later
package rimops.chain;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The behaviours of a variant: named and valued as the simulator's switches. */
record Switches(Map<String, String> values) {
    private static final List<String> TRUTHS = List.of("true", "false");
    private static final List<String> NUMBER = List.of();
    private static final List<String> ANY_TEXT = List.of("");

    /** What each switch may be, the default first. */
    private static final Map<String, List<String>> CHOICES = Map.ofEntries(
            Map.entry("addresses", List.of("insight", "rest")),
            Map.entry("csrf_headers", List.of("before", "after", "ends", "start")),
            Map.entry("csrf_tokens", List.of("plain", "xor", "cookie", "cookie_only")),
            Map.entry("expired_session_answer", List.of("401_empty", "403_open", "403_closed", "302", "text")),
            Map.entry("single_session_per_user", List.of("false", "true")),
            Map.entry("session_lifetime", NUMBER),
            Map.entry("login_answer", List.of("200", "204", "302")),
            Map.entry("login_changes_session_id", TRUTHS),
            Map.entry("firewall", List.of("true")), // a stock chain has it, always
            Map.entry("error_bodies", List.of("boot", "problem")),
            Map.entry("denied", ANY_TEXT),
            Map.entry("logout", List.of("204", "302", "404")),
            Map.entry("enforce_keys", TRUTHS),
            Map.entry("latency_ms", NUMBER),
            Map.entry("search_finds_nothing", List.of("no", "missing", "empty_list", "same_404")));
    private static final Map<String, String> NUMBERS = Map.of("session_lifetime", "1800", "latency_ms", "0");

    /** The switches with these turned and the others as they are by default. */
    static Switches of(Map<String, ?> given) {
        Map<String, String> values = new TreeMap<>();
        CHOICES.forEach((name, choices) -> values.put(name, choices.isEmpty() ? NUMBERS.get(name) : choices.get(0)));
        Set<String> unknown = new HashMap<>(given).keySet();
        unknown.removeAll(CHOICES.keySet());
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("no switch " + unknown + "; there are: " + values.keySet());
        }
        given.forEach((name, value) -> values.put(name, checked(name, String.valueOf(value))));
        return new Switches(values);
    }

    private static String checked(String name, String value) {
        List<String> choices = CHOICES.get(name);
        boolean fits = choices == NUMBER ? value.matches("\\d+") : choices == ANY_TEXT || choices.contains(value);
        if (!fits) {
            String wanted = choices == NUMBER ? "a number" : "one of " + choices;
            throw new IllegalArgumentException(name + ": " + value + " is not " + wanted);
        }
        return value;
    }

    String get(String name) {
        return values.get(name);
    }

    boolean is(String name, String value) {
        return get(name).equals(value);
    }

    boolean on(String name) {
        return is(name, "true");
    }

    int number(String name) {
        return Integer.parseInt(get(name));
    }
}
