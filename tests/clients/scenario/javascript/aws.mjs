// The scenario with the AWS SDK for JavaScript v3 (../steps.tsv says what each step is).

import { main } from "./report.mjs";
import "./aws/buckets.mjs";
import "./aws/checksums.mjs";
import "./aws/listing.mjs";
import "./aws/multipart.mjs";
import "./aws/objects.mjs";
import "./aws/versions.mjs";

await main();
