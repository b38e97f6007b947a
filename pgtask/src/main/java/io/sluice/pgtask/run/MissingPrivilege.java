package io.sluice.pgtask.run;

/**
 * A right that a role has not.
 *
 * @param right in words, to follow "role x"
 * @param sql that an administrator runs to give it
 */
record MissingPrivilege(String right, String sql) {

  String say(String role) {
    return "role %s %s. Run: %s".formatted(role, right, sql);
  }
}
