namespace TrlSharp.Adapters;

/// <summary>
/// Low-rank adaptation (Hu and others, arXiv:2106.09685): the weight W of a module becomes W + scaling·B·A, and only A and B are trained.
/// Names, defaults and meaning are those of PEFT's <c>LoraConfig</c> (peft 0.21).
/// </summary>
public sealed record LoraConfig
{
    /// <summary>Targets that mean every linear module but the output head.</summary>
    public const string AllLinear = "all-linear";

    /// <summary>Rank of B·A. Default 8.</summary>
    public int Rank { get; init; } = 8;

    /// <summary>α: scaling is α / rank, or with <see cref="UseRslora"/> α / √rank. Default 8.</summary>
    public double Alpha { get; init; } = 8;

    /// <summary>Share of a module's inputs that A does not see in training. Default 0.</summary>
    public double Dropout { get; init; }

    /// <summary>
    /// Names of modules: each matches modules of that path, or whose path ends with a dot and it. A single <see cref="AllLinear"/> takes every linear module but the
    /// head. Required unless <see cref="TargetPattern"/> is set.
    /// </summary>
    public IReadOnlyList<string> TargetModules { get; init; } = [];

    /// <summary>A regular expression that the whole path of a module must match, instead of <see cref="TargetModules"/>; null for none.</summary>
    public string? TargetPattern { get; init; }

    /// <summary>Modules that are left out although they match, matched as <see cref="TargetModules"/> are. Default: none.</summary>
    public IReadOnlyList<string> ExcludeModules { get; init; } = [];

    /// <summary>A regular expression instead of <see cref="ExcludeModules"/>; the whole path of a module must match. Null for none.</summary>
    public string? ExcludePattern { get; init; }

    /// <summary>The only layers, counted from 0, whose modules are taken; null for all.</summary>
    public IReadOnlyList<int>? LayersToTransform { get; init; }

    /// <summary>What the list of layers is called in paths, where that cannot be guessed. Default: guessed.</summary>
    public IReadOnlyList<string> LayersPattern { get; init; } = [];

    /// <summary>Ranks of single modules: a regular expression for the end of the path, and the rank. The first that matches counts.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> RankPattern { get; init; } = [];

    /// <summary>α of single modules, as <see cref="RankPattern"/>.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> AlphaPattern { get; init; } = [];

    /// <summary>Modules that are trained whole and stored with the adapter: <c>lm_head</c>, <c>embed_tokens</c>. Default: none.</summary>
    public IReadOnlyList<string> ModulesToSave { get; init; } = [];

    /// <summary>
    /// Tokens whose embeddings are trained whole while all others stay, by module: <c>embed_tokens</c> (a head that is tied to it follows), <c>lm_head</c>. Default: none.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, IReadOnlyList<int>>> TrainableTokenIndices { get; init; } = [];

    /// <summary>Which biases of the base are trained too. Default none.</summary>
    public LoraBias Bias { get; init; }

    /// <summary>Rank-stabilised scaling α / √rank (Kalajdzievski, arXiv:2312.03732). Default false.</summary>
    public bool UseRslora { get; init; }

    /// <summary>Train the length of every row of the weight apart from its direction (DoRA, Liu and others, arXiv:2402.09353). Default false.</summary>
    public bool UseDora { get; init; }

    /// <summary>
    /// Give B a bias, which starts at 0 and is scaled as B·A: for adapters that were extracted from weights trained whole. Linear modules only, and not with <see cref="UseDora"/>. Default
    /// false.
    /// </summary>
    public bool UseLoraBias { get; init; }

    /// <summary>
    /// Parameters by name, with their module: weights of linear modules (<c>q_proj.weight</c>), and those that hold all experts (<c>experts.gate_up_proj</c>), for which the rank is that of
    /// every expert. Without dropout, DoRA and bias. Default: none.
    /// </summary>
    public IReadOnlyList<string> TargetParameters { get; init; } = [];

    /// <summary>Draw A from a normal distribution of deviation 1 / rank instead of uniformly within ±1/√inputs. B starts at 0 either way. Default false.</summary>
    public bool UseGaussianStart { get; init; }

    /// <summary>The settings in one line: <c>r 8, alpha 16 on q_proj, v_proj; DoRA</c>.</summary>
    public string Describe()
    {
        var text = FormattableString.Invariant($"r {Rank}, alpha {Alpha} on {TargetPattern ?? string.Join(", ", TargetModules)}");
        if (UseDora) text += "; DoRA";
        if (TargetParameters.Count > 0) text += $"; parameters {string.Join(", ", TargetParameters)}";
        if (UseLoraBias) text += "; B with bias";
        if (UseRslora) text += "; rank-stabilised";
        foreach (var (module, tokens) in TrainableTokenIndices) text += $"; {tokens.Count} rows of {module}";
        if (ModulesToSave.Count > 0) text += $"; whole: {string.Join(", ", ModulesToSave)}";
        return Bias == LoraBias.None ? text : $"{text}; biases: {(Bias == LoraBias.All ? "all" : "of adapted modules")}";
    }

    /// <summary>Every setting that is out of its range.</summary>
    internal IEnumerable<string> Problems()
    {
        if (Rank < 1) yield return $"r is {Rank}; it must be at least 1.";
        if (!double.IsFinite(Alpha)) yield return "lora_alpha is not a number.";
        if (Dropout is not (>= 0 and < 1)) yield return FormattableString.Invariant($"lora_dropout is {Dropout}; it must be at least 0 and below 1.");
        if (TargetPattern is null && TargetModules.Count == 0 && TargetParameters.Count == 0) yield return "target_modules is empty; name modules, or \"all-linear\".";
        if (UseLoraBias && UseDora) yield return "lora_bias does not go with use_dora: the bias has no place in the lengths of the rows.";
        if (UseLoraBias && UseGaussianStart) yield return "lora_bias needs init_lora_weights true.";
        if (TargetParameters.Count > 0 && (UseDora || UseLoraBias || Dropout > 0)) yield return "target_parameters does not go with use_dora, lora_bias or lora_dropout above 0.";
        if (TargetPattern is not null && LayersToTransform is not null) yield return "layers_to_transform needs target_modules as a list, not as a regular expression.";
        foreach (var (module, tokens) in TrainableTokenIndices)
            if (tokens.Count == 0 || tokens.Distinct().Count() != tokens.Count || tokens.Min() < 0) yield return $"trainable_token_indices of {module} must be different tokens, at least one.";
        if (RankPattern.Any(item => item.Value < 1)) yield return "a rank in rank_pattern is below 1.";
    }
}
