namespace TrlSharp.Examples;

/// <summary>The speakers that chat data and chat templates know.</summary>
public static class Roles
{
    /// <summary>The only role whose turns a model samples.</summary>
    public const string Assistant = "assistant";

    /// <summary>The person who asks; a turn starts after the last of their messages.</summary>
    public const string User = "user";

    /// <summary>Instructions that truncation never removes.</summary>
    public const string System = "system";

    /// <summary>The newer name of <see cref="System"/>.</summary>
    public const string Developer = "developer";

    /// <summary>
    /// The closed set. A role outside it is refused with the nearest of these, because a misspelt <c>asistant</c> would otherwise go untrained in silence.
    /// <c>ipython</c>, <c>function</c>, <c>observation</c>, <c>environment</c>, <c>tool_response</c>, <c>context</c> and <c>documents</c> are what the
    /// templates of Llama 3, functionary, GLM, OLMo, Gemma, RAG models and Granite read besides the usual five.
    /// </summary>
    public static IReadOnlyList<string> Known { get; } =
        [Assistant, User, System, Developer, "tool", "function", "ipython", "observation", "environment", "tool_response", "context", "documents"];

    /// <summary>Whether a role carries standing instructions.</summary>
    public static bool IsInstruction(string role) => role is System or Developer;
}
