using System.Globalization;
using System.Text.Json;
using TorchSharp;
using TrlSharp.Models;
using static TorchSharp.torch;

namespace TrlSharp.Conformance.TracesSft;

/// <summary>The tolerances of the suite's README.</summary>
internal static class Comparison
{
    public const double FirstLoss = 5e-6;
    public const double Loss = 2e-5;
    public const double Entropy = 2e-5;
    public const double GradientNorm = 1e-4;
    public const double LearningRate = 1e-9;
    public const double BFloat16Loss = 0.02;

    public static void Absolute(string what, double actual, double expected, double tolerance)
    {
        if (!(Math.Abs(actual - expected) <= tolerance)) throw new TraceDifference(string.Create(CultureInfo.InvariantCulture, $"{what}: {actual:R} instead of {expected:R}, tolerance {tolerance}"));
    }

    public static void Relative(string what, double actual, double expected, double tolerance) => Absolute(what, actual, expected, tolerance * Math.Abs(expected));

    /// <summary>A share of tokens; one token may fall the other way, where two scores tie.</summary>
    public static void Share(string what, double actual, double expected, double tokens) => Absolute(what, actual, expected, tokens > 0 ? 1.000001 / tokens : 0);

    /// <summary>Norms, sums and first values of the weights at the end of a run.</summary>
    public static void Weights(ICausalLM model, JsonElement expected, double learningRate)
    {
        using var scope = NewDisposeScope();
        var parameters = model.Parameters.ToDictionary(p => p.Name, p => p.Value);
        foreach (var entry in expected.EnumerateObject())
        {
            var name = entry.Name.Replace(".default.", ".", StringComparison.Ordinal);
            // Of a run with an adapter the base is listed too, under the names of PEFT's tree.
            if (!parameters.TryGetValue(name, out var parameter) && !parameters.TryGetValue(name.Replace("base_model.model.", "", StringComparison.Ordinal).Replace(".base_layer.", ".", StringComparison.Ordinal), out parameter)) throw new TraceDifference($"final weights: there is no {entry.Name}");
            var values = parameter.detach().to_type(ScalarType.Float64).reshape(-1);
            var norm = entry.Value.GetProperty("l2").GetDouble();
            Relative($"final {entry.Name} norm", values.norm().ToDouble(), norm, 1e-5);
            Absolute($"final {entry.Name} sum", values.sum().ToDouble(), entry.Value.GetProperty("sum").GetDouble(), 1e-5 * norm * Math.Sqrt(values.numel()));
            var first = entry.Value.GetProperty("first16").EnumerateArray().Select(v => v.GetDouble()).ToList();
            for (var i = 0; i < first.Count; i++) Absolute($"final {entry.Name}[{i}]", values[i].ToDouble(), first[i], 0.3 * learningRate);
        }
    }
}
