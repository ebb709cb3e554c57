namespace TrlSharp.Conformance;

/// <summary>The suites by name. Each reads a folder, whatever it holds, and yields one result per case.</summary>
public static class Suites
{
    /// <summary>Names that are part of the contract; those without an entry in <see cref="Implemented"/> exit with code 2.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["templates", "tokenizers", "models", "peft", "sft_data", "traces_sft", "traces_dpo", "traces_grpo", "traces_kto", "traces_reward"];

    /// <summary>Suite name → run over the suite's folder.</summary>
    public static IReadOnlyDictionary<string, Func<string, IEnumerable<CaseResult>>> Implemented { get; } =
        new Dictionary<string, Func<string, IEnumerable<CaseResult>>>
        {
            ["templates"] = TemplatesSuite.Run,
            ["models"] = ModelsSuite.Run,
            ["peft"] = PeftSuite.Run,
            ["sft_data"] = SftDataSuite.Run,
            ["tokenizers"] = TokenizersSuite.Run,
            ["traces_sft"] = TracesSftSuite.Run,
        };

    /// <summary><c>DIR/SUITE</c>, or <c>DIR</c> itself when it is the suite's folder.</summary>
    public static string Folder(string directory, string suite)
    {
        var below = Path.Combine(directory, suite);
        return Directory.Exists(below) ? below : directory;
    }
}
