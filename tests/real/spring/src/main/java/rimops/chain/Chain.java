// SPDX-FileCopyrightText: 2026 The rimops.insight authors
// SPDX-License-Identifier: GPL-3.0-or-later
package rimops.chain;

import java.util.List;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.AuthorizeHttpRequestsConfigurer;
import org.springframework.security.config.annotation.web.configurers.CsrfConfigurer;
import org.springframework.security.config.annotation.web.configurers.LogoutConfigurer;
import org.springframework.security.config.annotation.web.configurers.SessionManagementConfigurer;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.HttpStatusEntryPoint;
import org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter;
import org.springframework.security.web.authentication.logout.HttpStatusReturningLogoutSuccessHandler;
import org.springframework.security.web.authentication.session.SessionAuthenticationStrategy;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.csrf.CsrfFilter;
import org.springframework.security.web.csrf.CsrfTokenRequestAttributeHandler;
import org.springframework.security.web.session.HttpSessionEventPublisher;

/** The chain: Spring Security's own parts, chosen by the switches. */
@Configuration
class Chain {
    /** The requests of each operation, by addresses: METHOD path, the type where %s stands. */
    private static final Map<String, Map<String, String>> REQUESTS = Map.of(
            "insight", Map.of(
                    "read", "POST /%s/*/read",
                    "find", "POST /%s/read",
                    "create", "POST /%s/create",
                    "update", "POST /%s/create-or-update",
                    "delete", "POST /%s/*/delete"),
            "rest", Map.of(
                    "read", "GET /%s/*",
                    "find", "GET /%s",
                    "create", "POST /%s",
                    "update", "PUT /%s/*",
                    "delete", "DELETE /%s/*"));

    private final Switches switches;
    private final Counters counters;

    Chain(Switches switches, Counters counters) {
        this.switches = switches;
        this.counters = counters;
    }

    @Bean
    AuthenticationManager logins(Accounts accounts) {
        return JsonLogin.manager(accounts);
    }

    /** Tells the registry of sessions, which counts those of a user, what the container does with them. */
    @Bean
    HttpSessionEventPublisher sessionEvents() {
        return new HttpSessionEventPublisher();
    }

    @Bean
    SecurityFilterChain filters(HttpSecurity http, AuthenticationManager manager) throws Exception {
        JsonLogin login = new JsonLogin(manager, switches.get("login_answer"), counters);
        http.authorizeHttpRequests(this::authorize).csrf(this::csrf);
        http.sessionManagement(this::sessions).logout(this::logout);
        http.addFilterAt(login, UsernamePasswordAuthenticationFilter.class);
        http.with(new Shared(login), Customizer.withDefaults());
        if (!switches.is("csrf_tokens", "cookie_only")) {
            http.addFilterAfter(new TokenHeaders(switches.get("csrf_headers")), CsrfFilter.class);
        }
        if (switches.is("expired_session_answer", "401_empty")) {
            HttpStatusEntryPoint unauthorized = new HttpStatusEntryPoint(HttpStatus.UNAUTHORIZED);
            http.exceptionHandling(on -> on.authenticationEntryPoint(unauthorized));
        }
        if (switches.is("expired_session_answer", "302")) {
            http.formLogin(Customizer.withDefaults());
        }
        return http.build();
    }

    /** Gives our login what the stock one takes: what happens to session and token, and where the user is kept. */
    private static final class Shared extends AbstractHttpConfigurer<Shared, HttpSecurity> {
        private final JsonLogin login;

        Shared(JsonLogin login) {
            this.login = login;
        }

        @Override
        public void configure(HttpSecurity http) {
            login.setSessionAuthenticationStrategy(http.getSharedObject(SessionAuthenticationStrategy.class));
            login.setSecurityContextRepository(http.getSharedObject(SecurityContextRepository.class));
        }
    }

    private void authorize(
            AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry on) {
        for (String denied : switches.get("denied").split(",")) {
            if (!denied.isEmpty()) {
                String[] parts = denied.split(":");
                String[] request = REQUESTS.get(switches.get("addresses")).get(parts[1]).formatted(parts[0]).split(" ");
                on.requestMatchers(HttpMethod.valueOf(request[0]), Application.BASE + request[1]).hasRole("SUPERVISOR");
            }
        }
        on.requestMatchers(HttpMethod.GET, Application.BASE + "/token").permitAll();
        if (List.of("403_open", "text").contains(switches.get("expired_session_answer"))) {
            on.requestMatchers("/error").permitAll();
        }
        on.anyRequest().authenticated();
    }

    private void csrf(CsrfConfigurer<HttpSecurity> on) {
        switch (switches.get("csrf_tokens")) {
            case "plain" -> on.csrfTokenRequestHandler(new CsrfTokenRequestAttributeHandler());
            case "cookie" -> on.csrfTokenRequestHandler(new CsrfTokenRequestAttributeHandler())
                    .csrfTokenRepository(new CookieCsrfTokenRepository());
            case "cookie_only" -> on.spa();
            default -> {} // XOR, as it comes
        }
    }

    private void sessions(SessionManagementConfigurer<HttpSecurity> on) {
        if (switches.on("single_session_per_user")) {
            on.maximumSessions(1);
        }
        if (!switches.on("login_changes_session_id")) {
            on.sessionFixation(fixation -> fixation.none());
        }
    }

    private void logout(LogoutConfigurer<HttpSecurity> on) {
        switch (switches.get("logout")) {
            case "204" -> on.logoutSuccessHandler(new HttpStatusReturningLogoutSuccessHandler(HttpStatus.NO_CONTENT));
            case "404" -> on.disable();
            default -> {} // to the login page, as it comes
        }
    }
}
