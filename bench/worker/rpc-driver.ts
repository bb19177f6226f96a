// Calls a verifying Worker over a service binding, for `npm run bench:floor`: Gatehouse and its floor in the same way.

type Verifier = { verifyToken(token: string): Promise<{ readonly ok: boolean }> };
type Env = { readonly GATEHOUSE: Verifier; readonly FLOOR: Verifier };

export default {
  async fetch(request, env) {
    const token = request.headers.get("Authorization")?.slice("Bearer ".length) ?? "";
    const verifier = new URL(request.url).pathname === "/gatehouse" ? env.GATEHOUSE : env.FLOOR;
    const { ok } = await verifier.verifyToken(token);
    return Response.json({ ok }, { status: ok ? 200 : 401 });
  },
} satisfies ExportedHandler<Env>;
