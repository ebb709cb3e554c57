using TrlSharp.Sequences.Policies;

namespace TrlSharp.Sequences;

/// <summary>Makes the weights of a turn or of an example add up to 1 (<see cref="TurnWeight"/>).</summary>
internal static class TurnScaling
{
    public static void Scale(TurnWeight rule, TokenExplanation example, float[] weights)
    {
        if (rule == TurnWeight.Token) return;
        var sums = new Dictionary<int, double>();
        for (var t = 0; t < weights.Length; t++) sums[Group(t)] = sums.GetValueOrDefault(Group(t)) + weights[t];
        for (var t = 0; t < weights.Length; t++)
            if (weights[t] > 0) weights[t] = (float)(weights[t] / sums[Group(t)]);

        int Group(int token) => rule == TurnWeight.Turn && example.Reasons[token] is >= 0 and var span ? example.Example.Weights[span].Message : -1;
    }
}
