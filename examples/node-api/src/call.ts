import process from "node:process";
import { machineTokens } from "gatehouse/client";

// A program that calls the API for itself: `CLIENT_ID=… CLIENT_SECRET=… node src/call.ts`.

const { GATEHOUSE_URL = "https://auth.example.com", RESOURCE = "https://reports.example.com" } = process.env;
const { CLIENT_ID, CLIENT_SECRET, API_URL = RESOURCE } = process.env;
if (!CLIENT_ID || !CLIENT_SECRET) throw new Error("Set CLIENT_ID and CLIENT_SECRET.");

const tokens = machineTokens({
  issuer: GATEHOUSE_URL,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  resource: RESOURCE,
  scopes: ["reports:read"],
});

const response = await fetch(API_URL, { headers: { Authorization: `Bearer ${await tokens.accessToken()}` } });
console.log(response.status, await response.text());
