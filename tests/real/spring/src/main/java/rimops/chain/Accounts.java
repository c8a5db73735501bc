// SPDX-FileCopyrightText: 2026 The rimops.insight authors
// SPDX-License-Identifier: GPL-3.0-or-later
package rimops.chain;

import java.util.Map;

/** The access tokens that are good, and whose they are. */
record Accounts(Map<String, String> users) {}
