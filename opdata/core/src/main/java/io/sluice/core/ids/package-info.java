/** Numbers that tell where what they name lies: ids of files, tokens of batches and claims. */
package io.sluice.core.ids;
