// SPDX-FileCopyrightText: 2026 The rimops.insight authors
// SPDX-License-Identifier: GPL-3.0-or-later
package rimops.chain;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.catalina.Context;
import org.apache.catalina.Session;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;

/** The running application: one Spring context with the switches of now, replaced by another when they are turned. */
final class Variant {
    private final Path directory;
    private final int port;
    private final Map<String, String> users;
    private ServletWebServerApplicationContext context;
    private Switches switches;
    Entities entities;
    Counters counters;

    /** users: who each access token stands for. */
    Variant(Path directory, int port, Map<String, String> users) {
        this.directory = directory;
        this.port = port;
        this.users = users;
    }

    /** Serves with these switches, without entities and sessions. */
    void start(Switches wanted) {
        stop();
        switches = wanted;
        counters = new Counters();
        entities = new Entities(switches, counters);
        context = (ServletWebServerApplicationContext) new SpringApplicationBuilder(Application.class)
                .properties(properties())
                .profiles(switches.get("addresses"))
                .initializers(fresh -> {
                    fresh.getBeanFactory().registerSingleton("switches", switches);
                    fresh.getBeanFactory().registerSingleton("counters", counters);
                    fresh.getBeanFactory().registerSingleton("entities", entities);
                    fresh.getBeanFactory().registerSingleton("accounts", new Accounts(users));
                })
                .run();
    }

    private void stop() {
        if (context != null) {
            context.close();
        }
    }

    private Map<String, Object> properties() {
        Map<String, Object> properties = new HashMap<>();
        properties.put("server.port", port);
        properties.put("spring.ssl.bundle.pem.server.keystore.certificate", "file:" + directory.resolve("server.pem"));
        properties.put("spring.ssl.bundle.pem.server.keystore.private-key", "file:" + directory.resolve("server.key"));
        properties.put("spring.mvc.problemdetails.enabled", switches.is("error_bodies", "problem"));
        properties.put("server.tomcat.accesslog.directory", directory.toString());
        return properties;
    }

    /** Ends every session. */
    void endSessions() throws IOException {
        for (var child : ((TomcatWebServer) context.getWebServer()).getTomcat().getHost().findChildren()) {
            for (Session session : ((Context) child).getManager().findSessions()) {
                session.expire();
            }
        }
    }

    /** Where it is, and how it behaves. */
    Map<String, Object> about() {
        return Map.of(
                "url", "https://127.0.0.1:" + context.getWebServer().getPort(),
                "switches", switches.values());
    }
}
