// The version this program reports; it names the release of the reference that it stands in for.

export const VERSION = "0.139.0";
