/** Plain JDBC with less ceremony: statements with bound values, transactions, quoted names. */
package io.sluice.core.sql;
