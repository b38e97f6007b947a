/** 3GPP performance measurement files (TS 32.435, TS 32.401 and TS 28.532). */
package io.sluice.handler.pm;
