// Log out of what main.js logged in to, however the job ended.
const { spawnSync } = require("node:child_process");
const os = require("node:os");
const path = require("node:path");

const registries = process.env.STATE_registries ?? "";
if (registries !== "") {
  const root = path.resolve(__dirname, "..", "..", "..");
  const folder = path.join(process.env.RUNNER_TEMP ?? os.tmpdir(), "shared-ecr-login");
  const done = spawnSync("bash", ["-c", '"$1/integrations/logout" "$2"', "bash", root, folder], {
    env: { ...process.env, REGISTRIES: registries },
    stdio: "inherit",
  });
  if (done.error) throw done.error;
  process.exitCode = done.status ?? 3;
}
