// SPDX-FileCopyrightText: 2026 The rimops.insight authors
// SPDX-License-Identifier: GPL-3.0-or-later
package rimops.chain;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.security.web.util.OnCommittedResponseWrapper;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Shows the CSRF token in three headers. It stands behind CsrfFilter, so what that one refuses carries none of them.
 *
 * <p>In the answers of the first request (start), of that and of a login that succeeds (ends), or in all; with the
 * token from before the rest of the chain (before), which a login then replaces, or with the one that holds behind it.
 */
final class TokenHeaders extends OncePerRequestFilter {
    private final String mode;

    TokenHeaders(String mode) {
        this.mode = mode;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        boolean first = is(request, "/token");
        return switch (mode) {
            case "start" -> !first;
            case "ends" -> !first && !is(request, "/login");
            default -> false;
        };
    }

    private static boolean is(HttpServletRequest request, String path) {
        return request.getServletPath().equals(Application.BASE + path);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (mode.equals("before")) {
            show(request, response);
            chain.doFilter(request, response);
            return;
        }
        OnCommittedResponseWrapper late = new OnCommittedResponseWrapper(response) {
            @Override
            protected void onResponseCommitted() {
                showLate(request, response);
                disableOnResponseCommitted();
            }
        };
        chain.doFilter(request, late);
        if (!response.isCommitted()) {
            showLate(request, response);
        }
    }

    private void showLate(HttpServletRequest request, HttpServletResponse response) {
        if (mode.equals("after") || response.getStatus() < HttpServletResponse.SC_BAD_REQUEST) {
            show(request, response);
        }
    }

    private static void show(HttpServletRequest request, HttpServletResponse response) {
        CsrfToken token = (CsrfToken) request.getAttribute(CsrfToken.class.getName());
        response.setHeader("X-CSRF-HEADER", token.getHeaderName());
        response.setHeader("X-CSRF-PARAM", token.getParameterName());
        response.setHeader("X-CSRF-TOKEN", token.getToken());
    }
}
