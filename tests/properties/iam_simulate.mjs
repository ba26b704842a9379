// Answers requests of standard input, a JSON object a line, with the verdicts of @cloud-copilot/iam-simulate.
// Usage: node iam_simulate.mjs FOLDER_WITH_NODE_MODULES < requests > verdicts
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { createInterface } from 'node:readline'

const require = createRequire(pathToFileURL(`${process.argv[2]}/`))
const { runSimulation } = await import(pathToFileURL(require.resolve('@cloud-copilot/iam-simulate')))

for await (const line of createInterface({ input: process.stdin })) {
  const { policy, principal, action, resource, accountId, context, identity } = JSON.parse(line)
  const identityPolicies = identity
    ? [{ name: 'own', policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } }]
    : []
  const found = await runSimulation({
    request: { principal, action, resource: { resource, accountId }, contextVariables: context },
    identityPolicies, serviceControlPolicies: [], resourceControlPolicies: [], resourcePolicy: policy
  }, {})
  process.stdout.write(JSON.stringify(found.overallResult ?? { error: found.errors ?? found }) + '\n')
}
