package scenario;

/** The scenario with the AWS SDK for Java v2 (steps.tsv says what each step is). */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        Buckets.register();
        Objects.register();
        Checksums.register();
        Multipart.register();
        Versions.register();
        Report.run();
        System.exit(0); // the asynchronous client's threads need not be waited for
    }
}
