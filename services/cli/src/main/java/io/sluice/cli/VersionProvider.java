package io.sluice.cli;

import picocli.CommandLine.IVersionProvider;

/** From the jar's manifest; a build tree has none. */
final class VersionProvider implements IVersionProvider {

  @Override
  public String[] getVersion() {
    String version = VersionProvider.class.getPackage().getImplementationVersion();
    return new String[] {"sluice " + (version == null ? "(built from source)" : version)};
  }
}
