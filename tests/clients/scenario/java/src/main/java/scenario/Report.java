package scenario;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Runs the steps in the harness's order and reports each on a line, as harness/program.py says.
 */
final class Report {
    interface Action {
        void run() throws Exception;
    }

    private static final Map<String, Action> STEPS = new LinkedHashMap<>();

    private Report() {}

    static void step(String name, Action action) {
        STEPS.put(name, action);
    }

    static void run() {
        for (String name : System.getenv("TORHAUS_TEST_STEPS").split("\n")) {
            Action action = STEPS.get(name);
            if (action != null) {
                attempt(name, action);
            }
        }
    }

    private static void attempt(String name, Action action) {
        long began = System.nanoTime();
        String outcome = "ok";
        String detail = "";
        try {
            action.run();
        } catch (Throwable trouble) { // the next step must come, whatever this one does
            outcome = "FAIL";
            detail = trouble + "\n" + Arrays.stream(trouble.getStackTrace())
                    .filter(at -> at.getClassName().startsWith("scenario."))
                    .map(StackTraceElement::toString)
                    .reduce((a, b) -> a + "\n" + b)
                    .orElse("");
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        String line = String.format(
                java.util.Locale.ROOT,
                "{\"row\": %s, \"outcome\": \"%s\", \"detail\": %s, \"seconds\": %.3f}%n",
                json(name), outcome, json(detail), seconds);
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        System.out.write(bytes, 0, bytes.length);
        System.out.flush();
    }

    private static String json(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c < 0x20 || c == '"' || c == '\\' || c > 0x7e) {
                out.append(String.format("\\u%04x", c));
            } else {
                out.append((char) c);
            }
        });
        return out.append('"').toString();
    }

    static void same(Object got, Object wanted, String what) {
        boolean equal = got instanceof byte[] left && wanted instanceof byte[] right
                ? Arrays.equals(left, right)
                : Objects.equals(got, wanted);
        if (!equal) {
            throw new AssertionError(what + ": got " + shown(got) + ", wanted " + shown(wanted));
        }
    }

    private static String shown(Object value) {
        String text =
                value instanceof byte[] bytes ? bytes.length + " bytes" : String.valueOf(value);
        return text.length() > 300 ? text.substring(0, 300) : text;
    }
}
