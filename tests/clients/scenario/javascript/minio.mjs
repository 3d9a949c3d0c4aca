// The scenario with minio-js (../steps.tsv says what each step is).

import { main } from "./report.mjs";
import "./minio/buckets.mjs";
import "./minio/multipart.mjs";
import "./minio/objects.mjs";
import "./minio/versions.mjs";

await main();
