import { describe, expect, it } from "vitest";
import { parseAptSources, stanza } from "../../scripts/apt-sources.mjs";

describe("parseAptSources", () => {
  it("reads one-line entries", () => {
    const text = `
# deb http://mirror.example/old bookworm main
deb http://mirror.example/debian bookworm main contrib # the mirror
deb [arch=amd64 signed-by=/keys/d.gpg] http://mirror.example/security bookworm-security main
deb-src http://mirror.example/debian bookworm main
`;
    expect(parseAptSources(text, false)).toEqual([
      { uris: ["http://mirror.example/debian"], suites: ["bookworm"], components: ["main", "contrib"], options: [] },
      { uris: ["http://mirror.example/security"], suites: ["bookworm-security"], components: ["main"], options: [["Signed-By", "/keys/d.gpg"]] },
    ]);
  });

  it("reads stanzas: several suites, comments between fields, entries that are off", () => {
    const text = `Types: deb deb-src
# a comment
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /keys/d.gpg

Enabled: no
Types: deb
URIs: http://mirror.example/off
Suites: bookworm
Components: main

Types: deb-src
URIs: http://mirror.example/source
Suites: bookworm
Components: main
`;
    expect(parseAptSources(text, true)).toEqual([
      { uris: ["http://mirror.example/debian"], suites: ["bookworm", "bookworm-updates"], components: ["main"], options: [["Signed-By", "/keys/d.gpg"]] },
    ]);
  });

  it("keeps a key that stands in the file itself", () => {
    const key = "\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n -----END PGP PUBLIC KEY BLOCK-----";
    const [source] = parseAptSources(`Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm\nComponents: main\nSigned-By:${key}\n`, true);
    expect(source.options).toEqual([["Signed-By", key]]);
  });
});

describe("stanza", () => {
  it("names other suites of a mirror, with the key of the mirror, as apt reads it", () => {
    const [source] = parseAptSources("deb [signed-by=/keys/d.gpg] http://mirror.example/debian bookworm main contrib\n", false);
    const text = stanza(source, ["trixie", "trixie-backports"]);
    expect(parseAptSources(text, true)).toEqual([{ ...source, suites: ["trixie", "trixie-backports"], components: ["main"] }]);
  });
});
