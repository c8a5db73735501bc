// SPDX-FileCopyrightText: 2026 The rimops.insight authors
// SPDX-License-Identifier: GPL-3.0-or-later
package rimops.chain;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.web.authentication.AbstractAuthenticationProcessingFilter;
import org.springframework.security.web.authentication.SimpleUrlAuthenticationSuccessHandler;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** The login with {"access_token": …, "token_type": "Bearer"}; all that follows from it is Spring Security's. */
final class JsonLogin extends AbstractAuthenticationProcessingFilter {
    private final String answer;
    private final Counters counters;

    JsonLogin(AuthenticationManager manager, String answer, Counters counters) {
        super(PathPatternRequestMatcher.withDefaults().matcher(HttpMethod.POST, Application.BASE + "/login"), manager);
        this.answer = answer;
        this.counters = counters;
        setAuthenticationSuccessHandler(this::succeeded);
        setAuthenticationFailureHandler(this::refused);
    }

    /** Knows the access tokens of these accounts. */
    static AuthenticationManager manager(Accounts accounts) {
        return given -> {
            String user = accounts.users().get(String.valueOf(given.getCredentials()));
            if (user == null) {
                throw new BadCredentialsException("The access token is unknown or has expired.");
            }
            return UsernamePasswordAuthenticationToken.authenticated(
                    user, null, AuthorityUtils.createAuthorityList("ROLE_USER"));
        };
    }

    @Override
    public Authentication attemptAuthentication(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Map<?, ?> body;
        try {
            body = JsonMapper.shared().readValue(request.getInputStream(), Map.class);
        } catch (JacksonException problem) {
            throw new BadCredentialsException("The body of the login is not JSON.");
        }
        if (body == null || !"Bearer".equals(body.get("token_type"))) {
            throw new BadCredentialsException("token_type is not Bearer.");
        }
        return getAuthenticationManager()
                .authenticate(UsernamePasswordAuthenticationToken.unauthenticated("", body.get("access_token")));
    }

    private void succeeded(HttpServletRequest request, HttpServletResponse response, Authentication user)
            throws IOException, ServletException {
        counters.count("logins");
        switch (answer) {
            case "302" -> new SimpleUrlAuthenticationSuccessHandler("/home")
                    .onAuthenticationSuccess(request, response, user);
            case "204" -> response.setStatus(HttpServletResponse.SC_NO_CONTENT);
            default -> say(response, HttpServletResponse.SC_OK, Map.of());
        }
    }

    /** Answers as /error would, which may be closed to whoever is not logged in. */
    private void refused(HttpServletRequest request, HttpServletResponse response, AuthenticationException problem)
            throws IOException {
        counters.count("refused_logins");
        say(response, HttpServletResponse.SC_UNAUTHORIZED, Map.of(
                "timestamp", Instant.now().toString(),
                "status", HttpServletResponse.SC_UNAUTHORIZED,
                "error", "Unauthorized",
                "path", request.getRequestURI()));
    }

    private static void say(HttpServletResponse response, int status, Map<String, ?> content) throws IOException {
        response.setStatus(status);
        response.setContentType("application/json");
        response.getOutputStream().write(JsonMapper.shared().writeValueAsBytes(content));
    }
}
