using TrlSharp.Models.Layers;
using TrlSharp.Models.Weights;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace TrlSharp.Adapters;

/// <summary>Makes the parts of an adapter for the modules that its config means.</summary>
/// <param name="adapter">The adapter.</param>
/// <param name="create">From a tensor's name in the file, its shape, its kind and, for copies, the base's own to the tensor.</param>
internal sealed class LoraBuilder(LoraAdapter adapter, Func<string, long[], LoraTensor, Tensor?, Parameter> create)
{
    /// <summary>What PEFT puts in front of every path.</summary>
    public const string Prefix = "base_model.model.";

    private readonly List<LoraLinear> _linears = [];
    private readonly List<LoraEmbedding> _embeddings = [];
    private readonly List<TrainedCopy> _copies = [];
    private readonly List<(string Name, Parameter Value)> _tensors = [];

    public LoraParts Build()
    {
        var (config, modules) = (adapter.Config, adapter.Model.Store.Modules);
        var saved = modules.Where(m => config.ModulesToSave.Any(name => LoraTargets.IsNamed(m.Path, name))).ToList();
        var targets = modules.Where(m => !saved.Contains(m) && LoraTargets.IsTarget(config, m.Path, m.Module, adapter.Model.Decoder.Head)).ToList();
        if (targets.Count == 0) throw new ConfigException($"No module of the model matches the adapter's targets. There are, for example, {string.Join(", ", Examples(modules))}.");
        foreach (var (path, module) in targets)
        {
            if (module is Linear linear) AddLinear(path, linear);
            else AddEmbedding(path, (Embedding)module);
        }

        foreach (var (path, module) in saved)
            foreach (var (name, original) in module.Parameters.ToList()) AddCopy(path, module, name, original, $"{Prefix}{path}.{name}");
        if (config.Bias != LoraBias.None) AddBiases(modules, targets.Select(t => t.Path).ToHashSet(StringComparer.Ordinal));
        return new(_linears, _embeddings, _copies, _tensors);
    }

    private void AddLinear(string path, Linear module)
    {
        var shape = module.Weight.Value.shape;
        var (outputs, inputs) = module.IsTransposed ? (shape[1], shape[0]) : (shape[0], shape[1]);
        var (rank, scaling) = (LoraTargets.RankOf(adapter.Config, path), LoraTargets.ScalingOf(adapter.Config, path));
        var a = Create($"{path}.lora_A.weight", [rank, inputs], LoraTensor.A);
        var b = Create($"{path}.lora_B.weight", [outputs, rank], LoraTensor.B);
        Parameter? magnitude = null;
        if (adapter.Config.UseDora)
        {
            using var scope = NewDisposeScope();
            using var withoutGraph = no_grad();
            var lengths = (module.OutputsByInputs().to(a.dtype) + b.matmul(a) * scaling).norm(1, keepdim: false); // [O]
            magnitude = Create($"{path}.lora_magnitude_vector", [outputs], LoraTensor.Magnitude, lengths);
        }

        _linears.Add(new(adapter, module, a, b, magnitude, scaling));
    }

    private void AddEmbedding(string path, Embedding module)
    {
        if (adapter.Config.UseDora) throw new ConfigException($"DoRA is not defined here for the embedding {path}; take it out of the targets.");
        var shape = module.Weight.Value.shape; // [V, D]
        var rank = LoraTargets.RankOf(adapter.Config, path);
        var a = Create($"{path}.lora_embedding_A", [rank, shape[0]], LoraTensor.EmbeddingA);
        var b = Create($"{path}.lora_embedding_B", [shape[1], rank], LoraTensor.EmbeddingB);
        _embeddings.Add(new(adapter, module, a, b, LoraTargets.ScalingOf(adapter.Config, path)));
    }

    private void AddBiases(IReadOnlyList<(string Path, IModule Module)> modules, HashSet<string> adapted)
    {
        foreach (var (path, module) in modules)
        {
            var isAdapted = adapted.Contains(path);
            if (!isAdapted && adapter.Config.Bias == LoraBias.LoraOnly) continue;
            foreach (var (name, original) in module.Parameters.ToList())
                if (name == "bias") AddCopy(path, module, name, original, $"{Prefix}{path}.{(isAdapted ? "base_layer." : "")}bias");
        }
    }

    private void AddCopy(string path, IModule module, string name, NamedParameter original, string storedName)
    {
        if (_copies.Any(copy => copy.StoredName == storedName)) return;
        var value = create(storedName, original.Value.shape, LoraTensor.Copy, original.Value);
        _tensors.Add((storedName, value));
        _copies.Add(new(path, module, name, original, new($"{path}.{name}", value, trainable: true), storedName));
    }

    private Parameter Create(string name, long[] shape, LoraTensor kind, Tensor? start = null)
    {
        var value = create(Prefix + name, shape, kind, start);
        _tensors.Add((Prefix + name, value));
        return value;
    }

    private static IEnumerable<string> Examples(IReadOnlyList<(string Path, IModule Module)> modules) =>
        modules.Where(m => m.Module is Linear).Select(m => m.Path[(m.Path.LastIndexOf('.') + 1)..]).Distinct(StringComparer.Ordinal).Take(8);
}
