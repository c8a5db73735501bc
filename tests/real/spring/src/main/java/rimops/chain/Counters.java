// SPDX-FileCopyrightText: 2026 The rimops.insight authors
// SPDX-License-Identifier: GPL-3.0-or-later
package rimops.chain;

import java.util.Map;
import java.util.TreeMap;

/** What the server was asked since its start or since it was told to forget. */
final class Counters {
    private static final String[] NAMES = {
        "requests", "session_starts", "logins", "refused_logins", "reads", "finds", "creates", "updates", "deletes"
    };
    private final Map<String, Integer> counts = new TreeMap<>();

    Counters() {
        forget();
    }

    synchronized void count(String name) {
        counts.computeIfPresent(name, (same, count) -> count + 1);
    }

    synchronized void forget() {
        for (String name : NAMES) {
            counts.put(name, 0);
        }
    }

    synchronized Map<String, Integer> all() {
        return new TreeMap<>(counts);
    }
}
