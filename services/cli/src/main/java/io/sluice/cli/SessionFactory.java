package io.sluice.cli;

import java.lang.reflect.Constructor;
import picocli.CommandLine;

/** Makes commands with the session as the argument of their constructor. */
final class SessionFactory implements CommandLine.IFactory {

  private final Session session;
  private final CommandLine.IFactory plain = CommandLine.defaultFactory();

  SessionFactory(Session session) {
    this.session = session;
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (constructor.getParameterCount() == 1
          && constructor.getParameterTypes()[0] == Session.class) {
        return type.cast(constructor.newInstance(session));
      }
    }
    return plain.create(type);
  }
}
