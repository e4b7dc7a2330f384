// Apache Tika as a reader to compare with: paths on stdin, a line of JSON-free answer each.
//     java -cp tika-app.jar bench/TikaReader.java
// Answer: status, tab, CPU nanoseconds of the whole process (collector and compiler too), tab,
// base64 of the text. Members are read too, as Tika does by default. OCR is off.
import java.io.*;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.Base64;
import java.util.concurrent.*;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.metadata.TikaCoreProperties;
import org.apache.tika.parser.*;
import org.apache.tika.parser.ocr.TesseractOCRConfig;
import org.apache.tika.sax.BodyContentHandler;

public class TikaReader {
    static final AutoDetectParser PARSER = new AutoDetectParser();

    static String text(Path path) throws Exception {
        Metadata metadata = new Metadata();
        metadata.set(TikaCoreProperties.RESOURCE_NAME_KEY, path.getFileName().toString());
        ParseContext context = new ParseContext();
        context.set(Parser.class, PARSER);
        TesseractOCRConfig ocr = new TesseractOCRConfig();
        ocr.setSkipOcr(true);
        context.set(TesseractOCRConfig.class, ocr);
        BodyContentHandler handler = new BodyContentHandler(50_000_000);
        try (InputStream stream = org.apache.tika.io.TikaInputStream.get(path)) {
            PARSER.parse(stream, handler, metadata, context);
        } catch (Exception error) {
            if (handler.toString().isBlank()) throw error;
        }
        return handler.toString();
    }

    static long cpu() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getProcessCpuTime();
    }

    public static void main(String[] args) throws Exception {
        PrintStream out = System.out;
        System.setOut(System.err);
        ExecutorService one = Executors.newSingleThreadExecutor(r -> { Thread t = new Thread(r); t.setDaemon(true); return t; });
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null; ) {
            Path path = Path.of(line);
            long begin = cpu();
            String status = "read", found = "";
            try {
                found = one.submit(() -> text(path)).get();
            } catch (ExecutionException error) {
                status = "failed: " + error.getCause().getClass().getSimpleName();
            }
            out.println(status + "\t" + (cpu() - begin) + "\t"
                + Base64.getEncoder().encodeToString(found.getBytes(StandardCharsets.UTF_8)));
            out.flush();
        }
    }
}
