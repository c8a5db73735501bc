// SPDX-FileCopyrightText: 2026 The rimops.insight authors
// SPDX-License-Identifier: GPL-3.0-or-later
package rimops.chain;

import java.io.FileWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/**
 * Starts the control endpoints and the first variant, and says in <directory>/server.json where both are.
 *
 * <p>--directory (with server.pem and server.key), --port (any free one), --tokens (token=user,…), and switches.
 */
public final class Main {
    private Main() {}

    /** Serves until the process is ended. */
    public static void main(String[] arguments) throws IOException {
        Map<String, String> given = new HashMap<>();
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            if (!argument.startsWith("--") || parts.length != 2) {
                throw new IllegalArgumentException(argument + " is not --name=value");
            }
            given.put(parts[0].substring(2), parts[1]);
        }
        Path directory = Path.of(given.getOrDefault("directory", ".")).toAbsolutePath();
        int port = Integer.parseInt(given.getOrDefault("port", "0"));
        Map<String, String> users = new HashMap<>();
        for (String pair : given.getOrDefault("tokens", "good-token=jdoe").split(",")) {
            users.put(pair.split("=", 2)[0], pair.split("=", 2)[1]);
        }
        given.keySet().removeAll(Set.of("directory", "port", "tokens"));
        Variant variant = new Variant(directory, port, users);
        variant.start(Switches.of(given));
        Control control = new Control(variant);
        Map<String, Object> about = new HashMap<>(variant.about());
        about.put("control", control.start());
        about.put("pid", ProcessHandle.current().pid());
        Path written = directory.resolve("server.json.new");
        try (FileWriter file = new FileWriter(written.toFile())) {
            file.write(JsonMapper.shared().writeValueAsString(about));
        }
        Files.move(written, directory.resolve("server.json"), StandardCopyOption.ATOMIC_MOVE);
    }
}
