using System.Globalization;
using System.Text.Json.Nodes;
using TrlSharp.Checkpoints;
using static TorchSharp.torch;

namespace TrlSharp.Conformance.Models;

/// <summary>The stored answers of one case: golden.json and golden.safetensors.</summary>
internal sealed class Golden
{
    private readonly SafetensorsFile _tensors;

    public Golden(string folder)
    {
        Folder = folder;
        Json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "golden.json")))!.AsObject();
        _tensors = SafetensorsFile.Open(Path.Combine(folder, "golden.safetensors"));
    }

    public string Folder { get; }

    public JsonObject Json { get; }

    public IEnumerable<string> Names => _tensors.Entries.Select(entry => entry.Name);

    public bool Has(string name) => _tensors.Contains(name);

    public Tensor this[string name] => _tensors.Read(name);

    public double Tolerance(string key) => Json["tolerances"]![key]!.GetValue<double>();

    /// <summary>Throws if the largest difference is above the limit.</summary>
    public static void Compare(string what, Tensor actual, Tensor expected, double limit)
    {
        using var scope = NewDisposeScope();
        if (!actual.shape.SequenceEqual(expected.shape))
            throw new DifferenceException($"{what} has shape [{string.Join(", ", actual.shape)}] instead of [{string.Join(", ", expected.shape)}]");
        if (actual.numel() == 0) return;
        var difference = (actual.to(ScalarType.Float64) - expected.to(ScalarType.Float64)).abs();
        var largest = difference.max().item<double>();
        if (largest <= limit) return;
        var index = difference.flatten().argmax().item<long>();
        throw new DifferenceException(string.Create(CultureInfo.InvariantCulture,
            $"{what} differs by {largest:G3} (limit {limit:G3}) at element {index} of [{string.Join(", ", actual.shape)}]: {At(actual, index):G6} instead of {At(expected, index):G6}"));
    }

    private static double At(Tensor x, long index) => x.flatten()[index].to(ScalarType.Float64).item<double>();
}
