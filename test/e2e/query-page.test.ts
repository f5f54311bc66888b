import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addToken, startTestGateway, type TestGateway } from '../gateway/test-gateway.js';
import { ensureChromium } from '../support/chromium.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

describe('the query page in a browser', () => {
  let store: TestDatabase;
  let server: TestGateway;
  let profile: string;
  let browser: BrowserContext;
  let page: Page;
  /** What the browser complained about, and what it asked of anybody but the gateway. */
  const complaints: string[] = [];
  const foreign: string[] = [];

  beforeAll(async () => {
    store = await createTestDatabase();
    server = await startTestGateway({ database: store.database });
    await addToken(server.gateway, 'LZAR');
    profile = await mkdtemp(join(tmpdir(), 'query-page-'));
    browser = await chromium.launchPersistentContext(profile, {
      executablePath: pathOf(ensureChromium()),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--no-first-run',
      ],
      viewport: { width: 1280, height: 800 },
    });
    page = await browser.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url) && !/^(data|blob):/.test(request.url())) foreign.push(request.url());
    });
    await page.goto(`${server.url}/graphql`);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await store?.close();
    if (profile) await rm(profile, { recursive: true, force: true });
  });

  it('is sent with a policy that lets no foreign or inline script run', async () => {
    const { headers } = await fetch(`${server.url}/graphql`, { headers: { accept: 'text/html' } });
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect(headers.get('strict-transport-security')).toBeNull();
  });

  it('offers five saved operations and a link to Apollo Sandbox', async () => {
    await page.getByRole('button', { name: 'Tokens with their latest price' }).waitFor();
    expect(await page.locator('#saved button').count()).toBe(5);
    const link = await page.getByRole('link', { name: 'Open in Apollo Sandbox' }).getAttribute('href');
    expect(link).toBe(
      `https://studio.apollographql.com/sandbox/explorer?endpoint=${encodeURIComponent(`${server.url}/graphql`)}`,
    );
  });

  it('runs a saved operation and shows its answer', async () => {
    await page.getByRole('button', { name: 'Largest holders and how the supply is spread' }).click();
    await page.getByRole('tab', { name: 'Holders' }).waitFor();
    await page.getByRole('button', { name: /Execute query/ }).click();
    const answer = page.locator('.result-window');
    await answer.getByText('"holderCount"').first().waitFor();
    expect(await answer.innerText()).toContain('"10000"');
    if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
  });

  it('loads nothing from elsewhere and gives the browser nothing to complain about', () => {
    expect({ foreign, complaints }).toEqual({ foreign: [], complaints: [] });
  });

  it('lets Apollo Sandbox ask, and no other page', async () => {
    const preflight = async (origin: string) => {
      const { headers } = await fetch(`${server.url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
      });
      return headers.get('access-control-allow-origin');
    };
    expect(await preflight('https://studio.apollographql.com')).toBe('https://studio.apollographql.com');
    expect(await preflight('https://elsewhere.example')).toBeNull();
  });
});

/** Playwright takes a path where a shell takes a name. */
function pathOf(command: string): string {
  return execFileSync('sh', ['-c', 'command -v "$0"', command], { encoding: 'utf8' }).trim();
}
