package io.sluice.service.getter;

import io.sluice.core.fate.PauseStage;
import io.sluice.getter.scan.FileReady;
import io.sluice.getter.source.SourceAway;
import java.io.IOException;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /file-ready}: takes the notifications that {@link FileReady} understands. */
@RestController
final class FileReadyController {
  private static final String AGAIN_AFTER_SECONDS = "30";

  private final FileReady ready;

  FileReadyController(FileReady ready) {
    this.ready = ready;
  }

  /** Answers once the files are in the ledger: how many were new, known, and why others not. */
  @PostMapping("/file-ready")
  FileReady.Accepted accept(@RequestBody byte[] body) throws IOException {
    return ready.accept(body);
  }

  @ExceptionHandler(IllegalArgumentException.class)
  ResponseEntity<Map<String, String>> refuse(IllegalArgumentException e) {
    return ResponseEntity.badRequest().body(Map.of("error", e.getMessage()));
  }

  @ExceptionHandler({SourceAway.class, PauseStage.class})
  ResponseEntity<Map<String, String>> sendAgain(Exception e) {
    return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
        .header(HttpHeaders.RETRY_AFTER, AGAIN_AFTER_SECONDS)
        .body(Map.of("error", e.getMessage()));
  }
}
