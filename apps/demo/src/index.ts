export { buildBackendImage } from './backend-image.js';
export { startChild, type Child } from './child.js';
export { startCrowd, type Ask, type Crowd } from './crowd.js';
export { deploy, waitUntilReady, type DeployTarget, type Template } from './deployer.js';
export { bundles, root } from './house.js';
export { backendEnv, SERVICE, startStack, type Stack } from './stack.js';
export { isFailed } from './summary.js';
