using TorchSharp.Modules;
using TrlSharp.Adapters;
using TrlSharp.Batches;
using TrlSharp.Models.Attention;
using TrlSharp.Models.Families;
using TrlSharp.Models.Weights;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models;

/// <summary>A decoder-only language model of any of the families that <see cref="ModelFolder"/> loads. T tokens, D hidden size, V vocabulary.</summary>
public sealed class CausalLM : ICausalLM, IDisposable
{
    private readonly Decoder _decoder;
    private readonly ParameterStore _store;
    private ulong? _trainingSeed;

    internal CausalLM(ModelConfig config, Decoder decoder, ParameterStore store, string? folder)
    {
        (Config, _decoder, _store, Folder) = (config, decoder, store, folder);
        VocabularySize = (int)decoder.Embedding.Weight.Value.size(0);
    }

    /// <summary>Architecture and sizes.</summary>
    public ModelConfig Config { get; }

    /// <summary>The folder that the model was read from, or null.</summary>
    public string? Folder { get; }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <summary>Element type of weights and activations.</summary>
    public ScalarType Dtype => _decoder.Embedding.Weight.Value.dtype;

    /// <summary>
    /// Whether a training pass keeps only the input of each layer and computes the rest a second time in the backward pass (Chen and others,
    /// arXiv:1604.06174): about 20 % more time, and far less memory. The gradients are the same. Default false.
    /// </summary>
    public bool RecomputeActivations { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, Parameter Value)> Parameters =>
        [.. _store.Parameters.Where(p => p.Trainable).Select(p => (p.Name, p.Value)), .. AdapterList.SelectMany(adapter => adapter.Parameters)];

    /// <summary>The adapters that are attached, applied or not.</summary>
    public IReadOnlyList<LoraAdapter> Adapters => AdapterList;

    /// <summary>NEFTune's α (Jain et al. 2023, arXiv:2310.05914): noise of ±α/√(t·D) on the embeddings of a sequence of t tokens in training passes. Null, the default, for none.</summary>
    public double? EmbeddingNoise { get; set; }

    /// <inheritdoc/>
    public ulong? TrainingSeed
    {
        get => _trainingSeed;
        set
        {
            _trainingSeed = value;
            if (value is { } seed) Dropout.manual_seed(unchecked((long)seed));
        }
    }

    internal List<LoraAdapter> AdapterList { get; } = [];

    /// <summary>In the order in which they were merged.</summary>
    internal List<LoraAdapter> MergedAdapters { get; } = [];

    /// <summary>A generator of its own, so that nothing else in the process changes a training run.</summary>
    internal Generator Dropout { get; } = new();

    /// <summary>The longest sequence of a model with learned positions; null where positions are computed.</summary>
    public int? MaxPositions => _decoder.Positions is { } positions ? (int)positions.Weight.Value.size(0) : null;

    internal ParameterStore Store => _store;

    internal Decoder Decoder => _decoder;

    internal Device Device => _decoder.Embedding.Weight.Value.device;

    /// <summary>A new model with random weights: normal with <c>initializer_range</c>, norms 1, biases 0.</summary>
    /// <param name="config">Architecture and sizes.</param>
    /// <param name="seed">Equal seeds give equal weights.</param>
    /// <param name="dtype">Element type.</param>
    /// <exception cref="ModelFolderException">The config is not one that is implemented.</exception>
    public static CausalLM Create(ModelConfig config, ulong seed, ScalarType dtype = ScalarType.Float32)
    {
        ArgumentNullException.ThrowIfNull(config);
        var reader = config.Reader();
        return Build(config, reader, new RandomParameters(seed, reader.Double("initializer_range", 0.02), dtype), folder: null, ignoredKeys: []);
    }

    internal static CausalLM Build(ModelConfig config, ConfigReader reader, IParameterSource source, string? folder, IReadOnlyCollection<string> ignoredKeys)
    {
        var store = new ParameterStore(source);
        var decoder = ModelFamilies.Find(reader)(reader, new(store));
        HarmlessKeys.RefuseOthers(reader, ignoredKeys);
        return new(config, decoder, store, folder);
    }

    /// <inheritdoc/>
    public Tensor HiddenStates(Tensor tokens, SequenceLayout layout)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(layout);
        return Run(tokens, new(layout, Dtype, Device));
    }

    Tensor ICausalLM.HiddenStates(Tensor tokens, SequenceLayout layout, List<RouterDecision>? routing) => Run(tokens, new(layout, Dtype, Device) { Routing = routing });

    /// <inheritdoc/>
    public Tensor Logits(Tensor hidden)
    {
        if (_decoder.LogitTransform is not { } transform) return _decoder.Head.Forward(hidden); // [n, V]
        using var scope = NewDisposeScope();
        return transform(_decoder.Head.Forward(hidden)).MoveToOuterDisposeScope(); // [n, V]
    }

    /// <inheritdoc/>
    /// <remarks>Refused are convolutions and recurrent layers, rotary positions that depend on the length of the sequence, and <see cref="EmbeddingNoise"/>, which does too.</remarks>
    public void CheckSharedPrefixes()
    {
        if (EmbeddingNoise is not null)
            throw new ConfigException("neftune_noise_alpha makes noise by the length of an example, so examples cannot share their beginning. Set it to null, or packing_share_prefixes to false.");
        using var scope = NewDisposeScope();
        using var withoutGraph = no_grad();
        // Whatever layer cannot read it says so.
        Run(zeros(3, dtype: ScalarType.Int64, device: Device), new(SequenceLayout.FromLengths(1, 1, 1) with { Parents = [-1, 0, 0] }, Dtype, Device));
    }

    /// <summary>An empty memory for one sequence.</summary>
    internal KeyValueCache NewCache() => new(_decoder.Blocks.Count);

    /// <summary>Reads the next tokens of sequences whose past is in the caches: [T] ids → [T, D].</summary>
    internal Tensor HiddenStates(Tensor tokens, SequenceLayout layout, IReadOnlyList<KeyValueCache> caches)
    {
        var hidden = Run(tokens, new(layout, Dtype, Device, caches)); // [T, D]
        for (var s = 0; s < layout.Count; s++) caches[s].Length += layout.Starts[s + 1] - layout.Starts[s];
        return hidden;
    }

    /// <summary>[T] ids → [T, D]; optionally notes the input of every layer, the output of the last and that of the final norm.</summary>
    internal Tensor Run(Tensor tokens, ForwardContext context, List<Tensor>? trace = null)
    {
        if (tokens.dim() != 1 || tokens.size(0) != context.Layout.Length)
            throw new ArgumentException($"The tokens have shape [{string.Join(", ", tokens.shape)}], but the layout has {context.Layout.Length} tokens.", nameof(tokens));
        using var scope = NewDisposeScope();
        var x = Embed(tokens, context); // [T, D]
        trace?.Add(x.alias().MoveToOuterDisposeScope());
        foreach (var block in _decoder.Blocks)
        {
            // The handle goes now; what the backward pass needs of the tensor stays.
            using var input = x;
            x = RecomputeActivations && is_grad_enabled() && context is { Caches: null, Routing: null } ? Recomputed.Run(input, y => block.Forward(y, context), Dropout) : block.Forward(input, context); // [T, D]
            trace?.Add(x.alias().MoveToOuterDisposeScope());
        }

        x = _decoder.FinalNorm(x); // [T, D]
        trace?.Add(x.alias().MoveToOuterDisposeScope());
        return x.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Computes as the base model until the result is disposed: the reference of preference methods without a second copy in memory.
    /// </summary>
    public IDisposable WithoutAdapters() => new AdapterPause(AdapterList);

    /// <summary>Frees the weights. Tensors that were computed from them stay valid.</summary>
    public void Dispose()
    {
        foreach (var parameter in _store.Parameters) parameter.Value.Dispose();
        Dropout.Dispose();
    }

    /// <summary>Uniform within ±α/√(t·D) for a sequence of t tokens: [T, D].</summary>
    private Tensor Noise(Tensor x, SequenceLayout layout, double alpha)
    {
        using var scope = NewDisposeScope();
        var size = new float[layout.Length];
        for (var s = 0; s < layout.Count; s++)
        {
            var (start, end) = (layout.Starts[s], layout.Starts[s + 1]);
            size.AsSpan(start, end - start).Fill((float)(alpha / Math.Sqrt((end - start) * (double)x.size(1))));
        }

        var unit = empty(x.shape, dtype: ScalarType.Float32).uniform_(-1, 1, Dropout); // [T, D]
        return (unit * tensor(size).unsqueeze(1)).to(x.dtype, x.device).MoveToOuterDisposeScope(); // [T, D]
    }

    private Tensor Embed(Tensor tokens, ForwardContext context)
    {
        var x = _decoder.Embedding.Forward(tokens); // [T, D]
        if (TrainingSeed is not null && EmbeddingNoise is { } alpha) x = x.Plus(Noise(x, context.Layout, alpha)); // [T, D]
        if (_decoder.EmbeddingScale != 1) x = x * tensor((float)_decoder.EmbeddingScale).to(x.dtype); // [T, D]
        if (_decoder.Positions is not { } positions) return x;
        if (context.LongestSequence > MaxPositions)
            throw new ConfigException($"A sequence has {context.LongestSequence} tokens, but the model has {MaxPositions} positions. Shorten the sequences (max_length).");
        return x.Plus(positions.Forward(context.Positions)); // [T, D]
    }
}
