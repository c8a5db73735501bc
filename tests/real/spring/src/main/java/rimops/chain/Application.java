// SPDX-FileCopyrightText: 2026 The rimops.insight authors
// SPDX-License-Identifier: GPL-3.0-or-later
package rimops.chain;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.io.IOException;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.web.filter.OncePerRequestFilter;

/** The application; what it serves stands in the classes beside it. */
@SpringBootApplication
class Application {
    static final String BASE = "/api/v2"; // below the context path /insight

    /** Sessions live for seconds here; Boot's own property knows minutes. */
    @Bean
    HttpSessionListener lifetime(Switches switches) {
        return new HttpSessionListener() {
            @Override
            public void sessionCreated(HttpSessionEvent event) {
                event.getSession().setMaxInactiveInterval(switches.number("session_lifetime"));
            }
        };
    }

    /** In front of everything: counts, and waits. */
    @Bean
    FilterRegistrationBean<OncePerRequestFilter> gate(Switches switches, Counters counters) {
        OncePerRequestFilter gate = new OncePerRequestFilter() {
            @Override
            protected void doFilterInternal(
                    HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                    throws ServletException, IOException {
                counters.count("requests");
                try {
                    Thread.sleep(switches.number("latency_ms"));
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                }
                chain.doFilter(request, response);
            }
        };
        FilterRegistrationBean<OncePerRequestFilter> registration = new FilterRegistrationBean<>(gate);
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return registration;
    }
}
