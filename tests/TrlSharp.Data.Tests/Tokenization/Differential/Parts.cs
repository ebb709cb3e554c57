using System.Text.Json.Nodes;

namespace TrlSharp.Data.Tests.Tokenization.Differential;

/// <summary>What random files are put together with.</summary>
internal static class Parts
{
    public static bool Chance(this SeededRandom random, int oneIn) => random.Next(oneIn) == 0;

    public static bool Flag(this SeededRandom random) => random.Next(2) == 0;

    public static T Pick<T>(this SeededRandom random, IReadOnlyList<T> items) => items[random.Next(items.Count)];

    public static JsonObject Create(string type, params (string Name, JsonNode? Value)[] members)
    {
        var part = new JsonObject { ["type"] = type };
        foreach (var (name, value) in members) part[name] = value;
        return part;
    }
}
