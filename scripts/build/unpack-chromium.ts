import chromium from "@sparticuz/chromium";

// Unpacks the browser into TMPDIR; scripts/shared/bundled-chromium.ts runs it. The package unpacks its libraries only where it
// takes the machine for AWS Lambda.

process.env.AWS_LAMBDA_JS_RUNTIME = "nodejs24.x";
await chromium.executablePath();
