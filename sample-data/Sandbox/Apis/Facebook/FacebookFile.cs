using Pipeline.Sandbox.Apis.World;

namespace Pipeline.Sandbox.Apis.Facebook;

/// <summary>The sample file.</summary>
/// <param name="TokenPrefix">Every access token that begins so is alive, until a fault kills it.</param>
internal sealed record FacebookFile(FacebookApp App, string TokenPrefix, IReadOnlyList<AdAccount> Accounts);

/// <summary>The app that calls are made as.</summary>
internal sealed record FacebookApp(string Id, string Secret);
