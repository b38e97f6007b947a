/** Tasks and databases as YAML declares them and feeds imply them: read, checked, kept current. */
package io.sluice.pgtask.declaration;
