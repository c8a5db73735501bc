// SPDX-FileCopyrightText: 2026 The rimops.insight authors
// SPDX-License-Identifier: GPL-3.0-or-later
package rimops.chain;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** What tests ask and do behind the back of the security chain: a server of its own, so that no chain sees it. */
final class Control {
    private final Variant variant;
    private final JsonMapper json = JsonMapper.shared();

    Control(Variant variant) {
        this.variant = variant;
    }

    /** Listens at a free port of this machine only; its address. */
    String start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/_control/", this::answer);
        server.start();
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/_control";
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath().substring("/_control/".length());
        int status = 200;
        Object content;
        try {
            byte[] body = exchange.getRequestBody().readAllBytes();
            Map<String, Object> given = body.length == 0 ? Map.of() : json.readValue(body, Map.class);
            content = carriedOut(exchange.getRequestMethod() + " " + path.split("/", 2)[0], path, given);
        } catch (IllegalArgumentException | JacksonException problem) {
            status = 400;
            content = Map.of("message", String.valueOf(problem.getMessage()));
        }
        byte[] answer = json.writeValueAsBytes(content);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private Object carriedOut(String what, String path, Map<String, Object> given) throws IOException {
        String type = path.substring(path.indexOf('/') + 1);
        switch (what) {
            case "POST variant" -> variant.start(Switches.of(given));
            case "GET variant" -> {}
            case "GET counters" -> {
                return variant.counters.all();
            }
            case "DELETE counters" -> variant.counters.forget();
            case "DELETE sessions" -> variant.endSessions();
            case "GET entities" -> {
                return variant.entities.all(type);
            }
            case "POST entities" -> {
                return variant.entities.seed(type, given);
            }
            case "DELETE entities" -> variant.entities.forget();
            default -> throw new IllegalArgumentException(what + " is none of: " + List.of(
                    "GET variant", "POST variant", "GET counters", "DELETE counters", "DELETE sessions",
                    "GET entities/TYPE", "POST entities/TYPE", "DELETE entities"));
        }
        return variant.about();
    }
}
