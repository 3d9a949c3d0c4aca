"""The scenario with boto3, the SDK for Python (../steps.tsv says what each step is)."""

import report

# Each module registers its steps when it is imported.
import buckets  # noqa: F401
import checksums  # noqa: F401
import listing  # noqa: F401
import multipart  # noqa: F401
import objects  # noqa: F401
import versions  # noqa: F401

if __name__ == "__main__":
    report.main()
