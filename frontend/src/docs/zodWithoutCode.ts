import { config } from "zod";

// The library checks its configuration with Zod, which compiles its checks from text where it can: the policy forbids that.
// In a module of its own, because it has to be said before the library's modules build their first check.
config({ jitless: true });
