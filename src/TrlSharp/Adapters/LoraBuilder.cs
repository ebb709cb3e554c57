using TrlSharp.Models.Layers;
using TrlSharp.Models.Weights;
using TrlSharp.Native;
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
    private readonly List<LoraParameter> _experts = [];
    private readonly List<LoraExpert> _separate = [];
    private readonly List<TrainedRows> _rows = [];
    private readonly List<TrainedCopy> _copies = [];
    private readonly List<(string Name, Parameter Value)> _tensors = [];

    public LoraParts Build()
    {
        var (config, modules) = (adapter.Config, adapter.Model.Store.Modules);
        var saved = modules.Where(m => LoraTargets.IsSaved(config, m.Path)).ToList();
        CheckSaved(config, saved.Select(m => m.Path).ToList());
        var targets = modules.Where(m => !saved.Contains(m) && LoraTargets.IsTarget(config, m.Path, m.Module, adapter.Model.Decoder.Head)).ToList();
        AddParameters(config, targets);
        if (targets.Count == 0 && _experts.Count == 0 && _separate.Count == 0) throw new ConfigException($"No module of the model matches the adapter's targets. There are, for example, {string.Join(", ", Examples(modules))}.");
        foreach (var (path, module) in targets)
        {
            if (module is Linear linear) AddLinear(path, linear);
            else AddEmbedding(path, (Embedding)module);
        }

        foreach (var (path, module) in saved)
            foreach (var (name, original) in module.Parameters.ToList()) AddCopy(path, module, name, original, $"{Prefix}{path}.{name}");
        if (config.Bias != LoraBias.None) AddBiases(modules, targets.Select(t => t.Path).ToHashSet(StringComparer.Ordinal));
        foreach (var (name, tokens) in config.TrainableTokenIndices) AddRows(name, tokens);
        return new(_linears, _embeddings, _experts, _separate, _rows, _copies, _tensors);
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
            var lengths = module.OutputsByInputs().to(a.dtype).Plus(b.matmul(a) * Scalars.Of(scaling)).norm(1, keepdim: false); // [O]
            magnitude = Create($"{path}.lora_magnitude_vector", [outputs], LoraTensor.Magnitude, lengths);
        }

        var bias = adapter.Config.UseLoraBias ? Create($"{path}.lora_B.bias", [outputs], LoraTensor.Bias) : null;
        _linears.Add(new(adapter, module, a, b, magnitude, bias, scaling));
    }

    private void AddEmbedding(string path, Embedding module)
    {
        if (adapter.Config.UseLoraBias) throw new ConfigException($"lora_bias is not defined for the embedding {path}; take it out of the targets.");
        var shape = module.Weight.Value.shape; // [V, D]
        var (rank, scaling) = (LoraTargets.RankOf(adapter.Config, path), LoraTargets.ScalingOf(adapter.Config, path));
        var a = Create($"{path}.lora_embedding_A", [rank, shape[0]], LoraTensor.EmbeddingA);
        var b = Create($"{path}.lora_embedding_B", [shape[1], rank], LoraTensor.EmbeddingB);
        Parameter? magnitude = null;
        if (adapter.Config.UseDora)
        {
            using var scope = NewDisposeScope();
            using var withoutGraph = no_grad();
            var lengths = module.Weight.Value.to(a.dtype).Plus(b.matmul(a).t() * Scalars.Of(scaling)).norm(0, keepdim: false); // [D]
            magnitude = Create($"{path}.lora_magnitude_vector", [shape[1]], LoraTensor.Magnitude, lengths);
        }

        _embeddings.Add(new(adapter, module, a, b, magnitude, scaling));
    }

    /// <summary>Weights of linear modules join the targets; those of all experts are taken as they are.</summary>
    private void AddParameters(LoraConfig config, List<(string Path, IModule Module)> targets)
    {
        var store = adapter.Model.Store;
        List<(string Path, Action<string> Add)> all =
        [
            .. store.Experts.Select(e => (e.Path, (Action<string>)(stored => AddExperts(stored, e.Path, e.Parameter, e.IsInputsFirst)))),
            .. SeparateExperts.Find(store.InnerLinears).Select(e => (e.Path, (Action<string>)(stored => AddSeparate(stored, e)))),
        ];
        foreach (var name in config.TargetParameters)
        {
            var linears = store.Modules.Where(m => m.Module is Linear && LoraTargets.IsNamed($"{m.Path}.weight", name)).ToList();
            if (linears.Count == 0 && !all.Exists(e => LoraTargets.IsNamed(e.Path, name)))
                throw new ConfigException($"target_parameters names {name}. Low-rank additions can be made to the weights of linear modules{(all.Count > 0 ? " and to " + string.Join(", ", all.Select(e => LastTwo(e.Path)).Distinct(StringComparer.Ordinal)) : "; this model has no experts")}.");
            if (linears.Find(targets.Contains) is { Path: { } twice }) throw new ConfigException($"target_parameters names {name}, but {twice} is a target module already.");
            targets.AddRange(linears);
        }

        // PEFT wraps a module once per parameter: the last one lies outside, the others are its base layers.
        foreach (var module in all.Where(e => LoraTargets.IsTargetParameter(config, e.Path)).GroupBy(e => e.Path[..e.Path.LastIndexOf('.')]))
        {
            var wrapped = module.ToList();
            for (var i = 0; i < wrapped.Count; i++) wrapped[i].Add(module.Key + string.Concat(Enumerable.Repeat(".base_layer", wrapped.Count - 1 - i)));
        }
    }

    private static string LastTwo(string path) => path[(path.LastIndexOf('.', path.LastIndexOf('.') - 1) + 1)..];

    private void AddExperts(string storedPath, string path, NamedParameter target, bool isInputsFirst)
    {
        var shape = target.Value.shape;
        var (outputs, inputs) = isInputsFirst ? (shape[2], shape[1]) : (shape[1], shape[2]);
        var (a, b) = CreatePair(storedPath, path, shape[0], outputs, inputs);
        _experts.Add(new(adapter, target, isInputsFirst, a, b, LoraTargets.ScalingOf(adapter.Config, path)));
    }

    private void AddSeparate(string storedPath, SeparateExperts experts)
    {
        var matrices = experts.Matrices;
        var (a, b) = CreatePair(storedPath, experts.Path, matrices.Count, matrices[0].Sum(m => m.Weight.Value.size(0)), matrices[0][0].Weight.Value.size(1));
        for (var expert = 0; expert < matrices.Count; expert++)
        {
            var first = 0L;
            foreach (var matrix in matrices[expert])
            {
                _separate.Add(new(adapter, matrix, a, b, (expert, matrices.Count, first), LoraTargets.ScalingOf(adapter.Config, experts.Path)));
                first += matrix.Weight.Value.size(0);
            }
        }
    }

    private (Parameter A, Parameter B) CreatePair(string storedPath, string path, long experts, long outputs, long inputs)
    {
        var rank = LoraTargets.RankOf(adapter.Config, path);
        return (Create($"{storedPath}.lora_A.weight", [rank * experts, inputs], LoraTensor.A), Create($"{storedPath}.lora_B.weight", [outputs, rank * experts], LoraTensor.B));
    }

    /// <summary>A name that matches nothing, or a module with parameters that cannot be exchanged one by one, would be left out silently.</summary>
    private void CheckSaved(LoraConfig config, List<string> saved)
    {
        foreach (var name in config.ModulesToSave)
        {
            var missing = adapter.Model.Store.Parameters.FirstOrDefault(
                p => LoraTargets.IsInside(p.Name[..Math.Max(0, p.Name.LastIndexOf('.'))], name) && !saved.Any(path => p.Name.StartsWith(path + ".", StringComparison.Ordinal)));
            if (missing is not null) throw new ConfigException($"modules_to_save names {name}, but {missing.Name} inside of it cannot be trained apart (experts and routers). Name single modules.");
            if (!saved.Any(path => LoraTargets.IsInside(path, name))) throw new ConfigException($"modules_to_save names {name}, but the model has no such module.");
        }
    }

    private void AddRows(string name, IReadOnlyList<int> tokens)
    {
        var (embedding, head) = (adapter.Model.Decoder.Embedding, adapter.Model.Decoder.Head);
        var isEmbedding = LoraTargets.IsNamed(embedding.Path, name);
        if (!isEmbedding && !LoraTargets.IsNamed(head.Path, name)) throw new ConfigException($"trainable_token_indices names {name}; there are {embedding.Path} and {head.Path}.");
        var isTied = head.Weight == embedding.Weight;
        if (!isEmbedding && isTied) throw new ConfigException($"trainable_token_indices names {name}, which is the same tensor as {embedding.Path}; name that one alone.");
        var weight = isEmbedding ? embedding.Weight : head.Weight;
        if (tokens.Max() >= weight.Value.size(0)) throw new ConfigException($"trainable_token_indices names token {tokens.Max()}, but the vocabulary has {weight.Value.size(0)}.");
        using var scope = NewDisposeScope();
        var start = weight.Value.detach().index_select(0, tensor(tokens.Select(t => (long)t).ToArray(), device: weight.Value.device)); // [n, D]
        var path = isEmbedding ? embedding.Path : head.Path;
        var rows = Create($"{path}.token_adapter.trainable_tokens_delta", start.shape, LoraTensor.Rows, start);
        _rows.Add(new(adapter, isEmbedding ? embedding : head, weight, tokens, rows));
        if (isEmbedding && isTied) _rows.Add(new(adapter, head, weight, tokens, rows));
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

    /// <summary>Names that targets may have.</summary>
    public static IEnumerable<string> Examples(IReadOnlyList<(string Path, IModule Module)> modules) =>
        modules.Where(m => m.Module is Linear).Select(m => m.Path[(m.Path.LastIndexOf('.') + 1)..]).Distinct(StringComparer.Ordinal).Take(8);
}
