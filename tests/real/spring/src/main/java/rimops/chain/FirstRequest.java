// SPDX-FileCopyrightText: 2026 The rimops.insight authors
// SPDX-License-Identifier: GPL-3.0-or-later
package rimops.chain;

import jakarta.servlet.http.HttpSession;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The first request of the handshake: a session in which nobody is logged in. */
@RestController
class FirstRequest {
    private final Counters counters;

    FirstRequest(Counters counters) {
        this.counters = counters;
    }

    @GetMapping(Application.BASE + "/token")
    Map<String, String> token(HttpSession session) {
        counters.count("session_starts");
        return Map.of("xAuthToken", session.getId());
    }
}
