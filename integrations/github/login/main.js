// Run integrations/login as a step, and remember for post.js what to log out of.
// Node's own modules alone: what an action depends on, it runs with the job's secrets.
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const root = path.resolve(__dirname, "..", "..", "..");
const folder = path.join(process.env.RUNNER_TEMP ?? os.tmpdir(), "shared-ecr-login");
// The runner keeps the hyphens of an input's name.
const input = (name) => process.env[`INPUT_${name.toUpperCase()}`] ?? "";

// Inputs come by the environment: what is in them is never read as a script.
function bash(script, variables, stdout) {
  const done = spawnSync("bash", ["-c", script, "bash", root, folder], {
    env: { ...process.env, ...variables },
    stdio: ["ignore", stdout, "inherit"],
    encoding: "utf8",
  });
  if (done.error) throw done.error;
  return done;
}

const installed = bash('"$1/integrations/install" "$2"', { PYTHON: input("python") }, "inherit");
if (installed.status !== 0) process.exit(installed.status ?? 3);
const login = bash(
  '. "$1/integrations/github/assume-role"; "$1/integrations/login" "$2"',
  {
    REGISTRIES: input("registries"),
    DECLARATION: input("declaration"),
    ROLE_ARN: input("role-arn"),
    REGION: input("region"),
    AUDIENCE: input("audience"),
    ENGINE: input("engine"),
    CREDENTIALS: input("credentials"),
    PYTHON: input("python"),
  },
  "pipe",
);
// Masked first: an output may be logged as soon as it is written.
const password = /^password=(.+)$/m.exec(login.stdout);
if (password) process.stdout.write(`::add-mask::${password[1]}\n`);
fs.appendFileSync(process.env.GITHUB_OUTPUT, login.stdout);
const registries = /^registries<<END-OF-REGISTRIES\n[^]*?\nEND-OF-REGISTRIES\n/m.exec(login.stdout);
if (registries) fs.appendFileSync(process.env.GITHUB_STATE, registries[0]);
process.exitCode = login.status ?? 3;
