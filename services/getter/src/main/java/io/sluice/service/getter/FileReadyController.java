package io.sluice.service.getter;

import io.sluice.core.fate.PauseStage;
import io.sluice.getter.scan.FileReady;
import io.sluice.getter.source.SourceAway;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code POST /file-ready}: takes the notifications that {@link FileReady} understands, of whoever
 * knows the {@link FileReadyToken}.
 */
@RestController
final class FileReadyController {
  private static final String AGAIN_AFTER_SECONDS = "30";
  private static final int LARGEST = 16 << 20; // bytes; a hundred thousand files

  private final FileReady ready;
  private final FileReadyToken token;

  FileReadyController(FileReady ready, FileReadyToken token) {
    this.ready = ready;
    this.token = token;
  }

  /**
   * Answers once the files are in the ledger: how many were new, known, and why others not.
   *
   * @param body not read before the token is known to be right
   */
  @PostMapping("/file-ready")
  ResponseEntity<?> accept(
      @RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) String authorization,
      InputStream body)
      throws IOException {
    Optional<String> refusal = token.refusal(authorization);
    if (refusal.isPresent()) {
      return ResponseEntity.status(HttpStatus.UNAUTHORIZED)
          .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer")
          .body(error(refusal.get()));
    }
    byte[] json = body.readNBytes(LARGEST + 1);
    if (json.length > LARGEST) {
      return ResponseEntity.status(HttpStatus.CONTENT_TOO_LARGE)
          .body(error("a notification may have at most %d bytes; send several".formatted(LARGEST)));
    }
    return ResponseEntity.ok(ready.accept(json));
  }

  @ExceptionHandler(IllegalArgumentException.class)
  ResponseEntity<Map<String, String>> refuse(IllegalArgumentException e) {
    return ResponseEntity.badRequest().body(error(e.getMessage()));
  }

  @ExceptionHandler({SourceAway.class, PauseStage.class})
  ResponseEntity<Map<String, String>> sendAgain(Exception e) {
    return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
        .header(HttpHeaders.RETRY_AFTER, AGAIN_AFTER_SECONDS)
        .body(error(e.getMessage()));
  }

  private static Map<String, String> error(String message) {
    return Map.of("error", String.valueOf(message));
  }
}
