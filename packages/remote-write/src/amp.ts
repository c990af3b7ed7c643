/**
 * Hosts of AMP's data plane: IPv4, dual-stack (`api.aws`) and FIPS (AWS General Reference, "Amazon Managed Service for
 * Prometheus endpoints and quotas"). Anchored at both ends: a signature must not go to a host that merely looks like it.
 */
const AMP_HOST = /^aps-workspaces(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com|amazonaws\.com\.cn|api\.aws)$/;

/** The region of an AMP workspace URL; undefined when the URL is not AMP's. */
export function ampRegion(url: URL): string | undefined {
  return AMP_HOST.exec(url.hostname)?.[1];
}

/**
 * The region to sign for, or undefined when requests to `url` are not signed: AMP's URLs always are, others when a
 * region was given.
 *
 * @throws {TypeError} when the given region is not the workspace's own
 */
export function signingRegion(url: URL, given: string | undefined): string | undefined {
  const own = ampRegion(url);
  if (given !== undefined && !/^[a-z0-9-]+$/.test(given)) {
    throw new TypeError(`Expected \`region\` to be an AWS region such as \`eu-west-1\`, got \`${given}\``);
  }
  if (own !== undefined && given !== undefined && own !== given) {
    throw new TypeError(`Expected \`region\` to be \`${own}\`, the region of ${url.href}, got \`${given}\``);
  }
  return own ?? given;
}
